"""The seven ways an organisation leaks, each a room of its own. An area owns what is its own and imports no other."""
