"""Learning: lessons with quizzes, letters that are signed, who must have done which by when, and who has not."""
