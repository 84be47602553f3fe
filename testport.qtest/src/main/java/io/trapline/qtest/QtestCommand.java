package io.trapline.qtest;

import io.trapline.machine.Machines;
import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.CommandLine;
import io.trapline.qtest.setup.Assembly;
import io.trapline.qtest.setup.DeviceTypes;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;

/** Does {@code trapline qtest}. */
@Component(property = "trapline.command=qtest")
public final class QtestCommand implements Callable<Integer> {
    /** Framework property: the arguments, each with a NUL after it. */
    private static final String ARGUMENTS = "trapline.qtest.arguments";

    private static final int FAILED = 1;
    private static final int BAD_INPUT = 2;

    private final Machines machines;
    private final ConfigurationAdmin configurations;
    private final DeviceTypes types;
    private final BundleContext context;
    private final Channels channels = new Channels();

    /** Of this process. */
    @Activate
    public QtestCommand(
            @Reference Machines machines,
            @Reference ConfigurationAdmin configurations,
            @Reference ServiceComponentRuntime components,
            @Reference MetaTypeService metatypes,
            BundleContext context) {
        this.machines = machines;
        this.configurations = configurations;
        this.context = context;
        types = new DeviceTypes(components, metatypes, context);
    }

    /** Returns when the client is gone: 0; 1 if the machine could not be made, 2 if it makes no sense. */
    @Override
    public Integer call() throws InterruptedException {
        try {
            String arguments = context.getProperty(ARGUMENTS);
            CommandLine line = CommandLine.parse(List.of(arguments.split("\0")));
            new Session(context, machines, configurations, types, channels).serve(line);
            return 0;
        } catch (BadOption e) {
            return told(e, BAD_INPUT);
        } catch (Assembly.Failed | IOException e) {
            return told(e, FAILED);
        }
    }

    private static int told(Exception e, int status) {
        System.err.println("trapline: qtest: " + e.getMessage());
        return status;
    }

    /** Whoever waits for a client does not any more. */
    @Deactivate
    void close() {
        channels.close();
    }
}
