"""A stand-in, over real HTTP, for the external services that the addons talk to."""
