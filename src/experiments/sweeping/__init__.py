"""sweeping."""
