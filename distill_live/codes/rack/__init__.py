"""What the rack of edits is made of: its settings, and one edit as it is used."""
