"""The drawer with all pages: seen as thumbnails, searched, turned to, thrown away."""
