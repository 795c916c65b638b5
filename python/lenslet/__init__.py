"""What lenslet_torch.py and train.py are made of: layers, losses, data and optimizers as Lenslet defines them."""
