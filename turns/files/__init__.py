"""Files that members attach and files that the app makes."""
