package io.trapline.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Complaints of File Install and Felix 7.0.5, as they come and as they are told. */
class ComplaintsTest {
    private static final String FILE_INSTALL = "org.apache.felix.fileinstall";

    @Test
    void aDeviceThatCouldNotBeMadeSaysWhy() {
        Exception cause =
                new java.lang.reflect.InvocationTargetException(
                        new java.io.IOException("image d.img is in use by another machine"));
        assertEquals(
                "my.disk: image d.img is in use by another machine",
                Complaints.words(
                        "my.disk",
                        "bundle my.disk:1.0.0 (32)[my.Disk(22)] : Error during instantiation of the"
                                + " implementation object",
                        cause));
    }

    @Test
    void namesThePackageThatIsMissing() {
        Exception unresolved =
                new Exception(
                        "Unable to resolve bad [29](R 29.0): missing requirement [bad [29](R 29.0)] osgi.wiring.package; "
                                + "(&(osgi.wiring.package=no.such)(version>=1.0.0)) Unresolved requirements: [[bad [29](R 29.0)] "
                                + "osgi.wiring.package; (osgi.wiring.package=no.such)]");

        assertEquals(
                "/d/bad.jar: does not resolve: nobody offers package no.such, osgi.wiring.package; "
                        + "(&(osgi.wiring.package=no.such)(version>=1.0.0))",
                Complaints.words(
                        FILE_INSTALL, "Error while starting bundle: file:/d/bad.jar", unresolved));
    }

    @Test
    void namesWhateverElseIsMissing() {
        Exception unresolved =
                new Exception(
                        "Unable to resolve x [3](R 3.0): missing requirement [x [3](R 3.0)] osgi.ee; "
                                + "(&(osgi.ee=JavaSE)(version=25)) [caused by: nothing]");

        assertEquals(
                "/d/x.jar: does not resolve: nobody offers osgi.ee; (&(osgi.ee=JavaSE)(version=25))",
                Complaints.words(
                        FILE_INSTALL, "Error while starting bundle: file:/d/x.jar", unresolved));
    }

    @Test
    void keepsToOneLine() {
        assertEquals(
                "some.bundle: it broke: because",
                Complaints.words(
                        "some.bundle", "it broke\nand more", new Exception("because\nof this")));
        assertEquals("some.bundle: it broke", Complaints.words("some.bundle", "it broke", null));
    }
}
