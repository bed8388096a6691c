"""Files that people upload: read within limits, typed by content, kept outside the web root, collected."""
