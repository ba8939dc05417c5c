SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  // The default asks a server elsewhere whether the document is valid.
  validatorUrl: null,
});
