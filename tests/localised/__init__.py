"""The three addons in companies without core's Brazilian localisation: with OCA's, or with none."""
