from . import attachment, portal, webhook
