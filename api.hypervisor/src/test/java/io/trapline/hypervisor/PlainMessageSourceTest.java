package io.trapline.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link VirtualMachine#messageSource} where the backend has nothing of its own. */
class PlainMessageSourceTest {
    private final List<String> sent = new ArrayList<>();
    private final VirtualMachine machine =
            (VirtualMachine)
                    Proxy.newProxyInstance(
                            VirtualMachine.class.getClassLoader(),
                            new Class<?>[] {VirtualMachine.class},
                            (proxy, method, arguments) ->
                                    sent.add(method.getName() + Arrays.toString(arguments)));

    @Test
    void sendsAsAnyOtherUntilItIsClosed() {
        MessageSource source = new PlainMessageSource(machine, 0xFEE0_0000L, 0x41);
        source.raise();
        source.raise();
        source.close();
        source.raise();
        assertTrue(source.eventfd().isEmpty());
        assertEquals(List.of("message[4276092928, 65]", "message[4276092928, 65]"), sent);
    }
}
