"""The steps of every command as functions from settings to results; they print nothing and exit nowhere."""
