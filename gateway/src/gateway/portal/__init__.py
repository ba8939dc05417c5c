"""The portal: server-rendered pages over the services' APIs. No token reaches the browser; forms work without scripts."""
