"""Constants of the model of opinions, shared by the nightly analysis and the voting room."""

PRIOR_POINT = 1.0
PRIOR_WEIGHT = 4.0
PRIOR_EASE = 2.0
PRIOR_EASINESS = 0.2
PASS_WEIGHT = 0.5
