"""The API: REST, the WebSocket tail, HLS from the segment log, the operators' page."""
