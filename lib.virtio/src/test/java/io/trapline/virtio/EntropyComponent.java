package io.trapline.virtio;

import io.trapline.device.Device;
import java.security.SecureRandom;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** One configuration {@code vendor.entropy~rng}: one entropy device, the next function on the PCI bus. */
@Component(
        service = Device.class,
        configurationPid = "vendor.entropy",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = EntropyComponent.Config.class, factory = true)
public final class EntropyComponent extends VirtioPlug {
    @ObjectClassDefinition(name = "entropy")
    @interface Config {
        @AttributeDefinition(description = "the machine that it belongs to")
        String machine() default DEFAULT_MACHINE;
    }

    @Activate
    public EntropyComponent(Config config) {
        super(new Entropy(new SecureRandom()), Placement.pci(null));
    }
}
