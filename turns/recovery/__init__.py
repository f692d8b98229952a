"""What happens to a turn whose process died: claimed, found, ended, never run again."""
