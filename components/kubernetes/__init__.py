"""The service as pods on an EKS cluster that exists already. Imported only by stacks that run there."""
