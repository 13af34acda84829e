"""The codec: mels to codes and back."""
