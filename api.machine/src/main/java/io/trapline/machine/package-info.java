/**
 * The contract for those who look at machines from above: shell, console, metrics, agents.
 *
 * <p>Everything that crosses it is plain data. Methods are called from any thread; none of them disturbs a
 * running guest more than its description says. A name that does not exist is refused with an {@link
 * java.lang.IllegalArgumentException} that lists the names that do.
 */
@Export
@Version("1.0.0")
package io.trapline.machine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
