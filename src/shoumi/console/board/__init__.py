"""The board "one step away": how many steps each unit is from a leak, area by area, and what is next."""
