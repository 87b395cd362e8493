"""The rating as a system: coding of events, follow-up of initiatives, scoring, questions, trends."""
