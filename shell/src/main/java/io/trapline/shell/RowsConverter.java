package io.trapline.shell;

import io.trapline.machine.InspectedNode;
import java.util.Collection;
import java.util.List;
import org.apache.felix.service.command.Converter;
import org.osgi.service.component.annotations.Component;

/** Prints what the commands answer, and what is left of it after a pipe or an {@code each}. */
@Component(
        property = {
            "osgi.converter.classes=io.trapline.machine.MachineRow",
            "osgi.converter.classes=io.trapline.machine.DeviceRow",
            "osgi.converter.classes=io.trapline.machine.InspectedNode"
        })
public final class RowsConverter implements Converter {
    /** Converts nothing: there is no way to write a row down. */
    @Override
    public Object convert(Class<?> desiredType, Object in) {
        return null;
    }

    /** A table for rows, a tree for an inspected device; null for what is not ours. */
    @Override
    public CharSequence format(Object target, int level, Converter escape) {
        if (target instanceof InspectedNode node) {
            return Tables.print(node);
        }
        if (target instanceof Rows<?> rows) {
            return Tables.print(rows.kind(), rows);
        }
        if (target instanceof Collection<?> rows && !rows.isEmpty()) {
            List<?> list = List.copyOf(rows);
            Class<?> kind = list.get(0).getClass();
            return list.stream().allMatch(kind::isInstance) ? Tables.print(kind, list) : null;
        }
        return target == null ? null : Tables.print(target.getClass(), List.of(target));
    }
}
