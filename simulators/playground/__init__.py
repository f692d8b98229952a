"""The playground: the simulated workspace as a web page, with the real plugin behind it and scripted apps in front."""
