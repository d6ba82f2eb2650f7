"""The harness around the network: configuration, data, training, journals and tracking."""
