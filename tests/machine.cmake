# The machine: devices by their registers, loaders, then whole runs of small
# programs assembled in the test. None needs the guest kernel.
sallyport_test(machine_devices machine)
sallyport_test(machine_virtio machine)
sallyport_test(machine_hostile machine)
sallyport_test(machine_loaders machine)
