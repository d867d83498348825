"""The pages of lessons and letters: one's own, those of officers and leaders, the texts themselves."""
