"""Contract tests of the sandbox, over real HTTP against a real process."""
