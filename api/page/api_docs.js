// Draws the API from its OpenAPI document. The session's cookie goes along by itself: same origin.
SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null, // the default asks a server elsewhere
  tryItOutEnabled: true,
});
