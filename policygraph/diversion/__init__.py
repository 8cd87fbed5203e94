"""Where goods could leave their stated way, and where they did: told cases, red flags, trails of shipments."""
