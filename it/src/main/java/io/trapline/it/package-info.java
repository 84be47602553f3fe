/** Tests that run as a bundle inside the framework, beside the bundles they test. */
package io.trapline.it;
