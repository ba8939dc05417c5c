"""The portal: server-rendered pages over the services. No token reaches the browser; forms work without scripts."""
