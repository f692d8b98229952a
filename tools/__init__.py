"""What builds and prepares; none of it enters the plugin package."""
