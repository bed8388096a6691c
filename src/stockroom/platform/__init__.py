"""What any business application needs; no word of the shop in it."""
