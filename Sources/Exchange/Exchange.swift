// What is in this module: see ARCHITECTURE.md.
