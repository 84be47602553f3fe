package io.trapline.oracle;

/** What is done with which disk. */
record DiskMove(Disk disk, DiskAction action) {
    @Override
    public String toString() {
        return disk + " " + action;
    }
}
