"""The same recruitment in other packages, each as their users would write it, one file each."""
