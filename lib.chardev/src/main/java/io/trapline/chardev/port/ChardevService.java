package io.trapline.chardev.port;

import io.trapline.chardev.Chardev;
import io.trapline.chardev.Chardevs;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The host's character devices as an OSGi service; configuration {@code lib.chardev}, which nobody needs. */
// Immediate: a delayed component ends with its last user, and the connections with it, whenever
// the only device that has one is replaced.
@Component(service = Chardevs.class, configurationPid = "lib.chardev", immediate = true)
@Designate(ocd = ChardevService.Config.class)
public final class ChardevService implements Chardevs {
    /** Service property of a {@link ByteChannel}: the NAME of {@code service:NAME}. */
    private static final String NAME = "trapline.chardev";

    @ObjectClassDefinition(name = "Character devices")
    @interface Config {
        @AttributeDefinition(
                description =
                        "how long a connection outlives the device that used it, in milliseconds")
        int grace() default 10_000;

        @AttributeDefinition(
                description =
                        "how long somebody who is connected and reads nothing may hold up the guest, in"
                                + " milliseconds, before its output is dropped; 0: for ever",
                min = "0")
        int patience() default 5_000;
    }

    private final Ports ports;

    /** Called by Declarative Services. */
    @Activate
    public ChardevService(Config config) {
        ports = new Ports(Duration.ofMillis(config.grace()), Duration.ofMillis(config.patience()));
    }

    @Override
    public Chardev open(String spec, String owner) throws IOException {
        return ports.open(spec, owner);
    }

    /** Called by Declarative Services: a channel has come. */
    @Reference(
            service = ByteChannel.class,
            target = "(" + NAME + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    public void addChannel(ByteChannel channel, Map<String, Object> properties) {
        ports.offer(String.valueOf(properties.get(NAME)), channel);
    }

    /** Called by Declarative Services: a channel has gone. */
    public void removeChannel(ByteChannel channel, Map<String, Object> properties) {
        ports.withdraw(String.valueOf(properties.get(NAME)), channel);
    }

    /** Called by Declarative Services. */
    @Deactivate
    public void deactivate() {
        ports.closeAll();
    }
}
