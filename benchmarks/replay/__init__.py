"""Replay the writers of a large study against a real server, faster and faster, until its knee."""
