package io.trapline.device;

import org.osgi.annotation.versioning.ProviderType;

/** Receives what a device shows of itself ({@link Device#inspect}): a tree of names and values. */
@ProviderType
public interface Inspector {
    /**
     * A register or other number, shown in hexadecimal.
     *
     * @param name the datasheet's name, e.g. {@code LSR}
     * @param value zero-extended
     * @param width bytes: 1, 2, 4 or 8
     * @return this
     */
    Inspector register(String name, long value, int width);

    /**
     * A number shown in decimal.
     *
     * @param name what it counts, with its unit
     * @param value the number
     * @return this
     */
    Inspector number(String name, long value);

    /**
     * A text.
     *
     * @param name what it is
     * @param value shown as it is
     * @return this
     */
    Inspector text(String name, String value);

    /**
     * A yes or no.
     *
     * @param name what is true or false
     * @param value which
     * @return this
     */
    Inspector flag(String name, boolean value);

    /**
     * A branch of the tree.
     *
     * @param name e.g. {@code queue 0}
     * @return where to write what belongs to it
     */
    Inspector group(String name);
}
