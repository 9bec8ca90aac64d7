"""The whole of jupyter_kernel_test on the installed kernelspec `runlab`; only its pager test does not apply."""

import jupyter_kernel_test

KERNEL = "runlab"


class RunlabKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('to stderr')"
    completion_samples = [
        {"text": "Number.parseFl", "matches": {"parseFloat"}},
        {"text": "JSON.stri", "matches": {"stringify"}},
    ]
    complete_code_samples = ["1 + 1", "const a = [\n  1,\n]", "function f() {}", "%lsmagic"]
    incomplete_code_samples = ["function f() {", "const a = [", "if (true) {"]
    invalid_code_samples = ["const = 1", ")"]
    code_generate_error = "throw new RangeError('too far')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "6 * 7", "result": "42"},
    ]
    code_display_data = [
        {"code": 'display({ "text/html": "<b>bold</b>" }, { raw: true })', "mime": "text/html"},
        {
            "code": 'display({ [Symbol.for("Jupyter.display")]: () => ({ "image/svg+xml": "<svg/>" }) })',
            "mime": "image/svg+xml",
        },
    ]
    code_history_pattern = "6 [*] 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "JSON.stringify"
    code_clear_output = "clearOutput()"
    # Pagers are a matter of IPython's `?`; help here is a display, and the suite would only skip the test.
    test_pager = None

    def test_silent_says_nothing_and_counts_nothing(self):
        self.flush_channels()
        before, _ = self.execute_helper("1 + 1")
        reply, output = self.execute_helper("console.log('unheard'); 3", silent=True)
        self.assertEqual(reply["content"]["status"], "ok")
        self.assertEqual(reply["content"]["execution_count"], before["content"]["execution_count"])
        self.assertEqual(output, [])

    def test_update_display_data(self):
        self.flush_channels()
        code = "display('one', { displayId: 'd1' }); updateDisplay('d1', 'two')"
        reply, output = self.execute_helper(code)
        self.assertEqual(reply["content"]["status"], "ok")
        self.assertEqual([message["msg_type"] for message in output], ["display_data", "update_display_data"])
        for message in output:
            self.assertEqual(message["content"]["transient"], {"display_id": "d1"})

    def test_stop_on_error_aborts_what_was_queued(self):
        self.flush_channels()
        # The first cell lasts until the others are in the queue.
        slow = "await new Promise((done) => setTimeout(done, 200)); throw new Error('first')"
        for code in (slow, "'second'", "'third'"):
            self.kc.execute(code)
        replies = [self.get_non_kernel_info_reply(timeout=15) for _ in range(3)]
        self.assertEqual([reply["content"]["status"] for reply in replies], ["error", "aborted", "aborted"])

    def test_user_expressions(self):
        self.flush_channels()
        self.kc.execute("const width = 4", user_expressions={"area": "width * width", "bad": "widht"})
        reply = self.get_non_kernel_info_reply(timeout=15)
        values = reply["content"]["user_expressions"]
        self.assertEqual(values["area"]["data"]["text/plain"], "16")
        self.assertEqual(values["bad"]["status"], "error")

    def test_interrupt_on_control(self):
        self.flush_channels()
        self.kc.execute("await new Promise(() => {})")
        self.kc.control_channel.send(self.kc.session.msg("interrupt_request", {}))
        self.assertEqual(self.kc.get_control_msg(timeout=15)["msg_type"], "interrupt_reply")
        self.assertEqual(self.get_non_kernel_info_reply(timeout=15)["content"]["ename"], "KernelInterrupt")

    def test_stdin(self):
        self.flush_channels()
        self.kc.execute("prompt('name? ')", allow_stdin=True)
        request = self.kc.get_stdin_msg(timeout=15)
        self.assertEqual(request["content"], {"prompt": "name? ", "password": False})
        self.kc.input("Ada")
        self.assertEqual(self.get_non_kernel_info_reply(timeout=15)["content"]["status"], "ok")

    def test_restart_forgets(self):
        self.km.restart_kernel(now=False)
        self.kc.wait_for_ready(timeout=30)
        self.flush_channels()
        reply, _ = self.execute_helper("1 + 1")
        self.assertEqual(reply["content"]["execution_count"], 1)


class RunlabTslabKernelTests(RunlabKernelTests):
    """The same with tslab's converter as the engine."""

    kernel_name = "runlab-tslab"


class RunlabIopubWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


# Imported classes would be collected as tests of their own.
del jupyter_kernel_test
