"""A Kubernetes cluster in this process: an API that admits what a real one would, and the controllers that act on it.

What it leaves out is in docs/kubernetes.md: kubelet, images, network, DNS, and every controller that isn't named there.
"""
