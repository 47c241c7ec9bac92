"""Home page 便民服务: places, hotlines, small helps."""
