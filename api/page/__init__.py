"""The operators' page: plain files, served by `api.routes.page`."""
