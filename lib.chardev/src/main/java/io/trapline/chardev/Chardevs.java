package io.trapline.chardev;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/** Opens character devices by name; an OSGi service. From any thread. */
@ProviderType
public interface Chardevs {
    /**
     * Opens a character device for a user that is replaced by nobody while it lives.
     *
     * @param spec as for {@link #open(String, String)}
     * @return the device
     * @throws IOException if the host refuses it, naming the spec and the cause
     * @throws IllegalArgumentException if the spec makes no sense (naming what would), or is in use
     */
    default Chardev open(String spec) throws IOException {
        return open(spec, "");
    }

    /**
     * Opens a character device, for one user at a time. What its last user closed less than a grace time
     * ago is handed over as it was: connected, with what is buffered. An owner that has it open already gets
     * a second handle on the same, so that a successor can be made ready beside its predecessor: both work,
     * the listener is the one named last, and the grace time begins when both are closed.
     *
     * @param spec one of
     *     <ul>
     *       <li>{@code null}: swallows, gives nothing
     *       <li>{@code terminal}: the launcher's terminal
     *       <li>{@code file:PATH}: appends to a file, gives nothing
     *       <li>{@code log} or {@code log:NAME}: line by line into the log, under the owner's name or that
     *       <li>{@code tcp:HOST:PORT}: listens on a loopback address, one peer at a time; port 0: any free one
     *       <li>{@code unix:PATH}: listens on a UNIX socket
     *       <li>{@code pty} or {@code pty:LINK}: a pseudo-terminal, with a symbolic link to it
     *       <li>{@code tty:PATH}: a serial line of the host, with its errors and breaks
     *       <li>{@code service:NAME}: the OSGi service {@link java.nio.channels.ByteChannel} with the property
     *           {@code trapline.chardev=NAME}, now or when it comes
     *     </ul>
     *
     * @param owner who opens it, the same for its successors, e.g. {@code main/com1}; empty: nobody that has
     *     successors
     * @return the device
     * @throws IOException if the host refuses it, naming the spec and the cause
     * @throws IllegalArgumentException if the spec makes no sense (naming what would), or is in use by another
     *     owner
     */
    Chardev open(String spec, String owner) throws IOException;
}
