"""A session log played again, exactly or on another model."""
