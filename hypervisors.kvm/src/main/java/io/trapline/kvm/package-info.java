/** The backend on {@code /dev/kvm}: turns the exits of its vCPUs into I/O requests. */
package io.trapline.kvm;
