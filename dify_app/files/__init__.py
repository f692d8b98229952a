"""Files on their way to Dify and back."""
