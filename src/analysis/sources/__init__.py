"""One module per publisher: each turns that publisher's file into tidy rows and nothing more."""
